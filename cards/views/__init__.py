"""Pages: loader, form, service, redirect; a file a page."""
