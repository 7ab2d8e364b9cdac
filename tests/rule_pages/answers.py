"""What a browser sends back when nobody has touched a form."""

from django.forms import BaseForm


def untouched(form: BaseForm) -> dict[str, object]:
    """Return every field as it was shown: a browser leaves out ticks that are not set."""
    shown = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in shown.items() if value not in (None, False)}
