"""The scheduler's own tables: superusers may look, nobody may touch.

One schedule with arguments that can't be read stops all of them, and the tables here hold no work
worth mending: `sync_schedules` writes the only schedule at each start.
"""

import django_q.admin as _theirs
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, OrmQ, Schedule, Success, Task

from .base import SealedFields, is_superuser

# They register when they are imported; ours take their place, so theirs come first.
for _model in (_theirs.Schedule, _theirs.Success, _theirs.Failure, _theirs.OrmQ):
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class QueueAdmin(SealedFields[Model]):
    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return is_superuser(request)


@admin.register(Schedule)
class ScheduleAdmin(QueueAdmin):
    list_display = ("name", "func", "schedule_type", "minutes", "next_run", "repeats")
    fields = ("name", "func", "schedule_type", "minutes", "next_run", "repeats", "task", "cluster")


class TaskAdmin(QueueAdmin):
    list_display = ("name", "func", "started", "stopped", "seconds")
    list_filter = ("started",)
    search_fields = ("name", "func")
    fields = ("name", "func", "started", "stopped", "seconds", "attempt_count", "outcome")

    @admin.display(description=_("seconds"))
    def seconds(self, task: Task) -> str:
        return f"{task.time_taken():.2f}" if task.stopped and task.started else "–"

    @admin.display(description=_("result"))
    def outcome(self, task: Task) -> str:
        return str(task.result)[:2000]


admin.site.register(Success, TaskAdmin)
admin.site.register(Failure, TaskAdmin)


@admin.register(OrmQ)
class WaitingAdmin(QueueAdmin):
    list_display = ("id", "key", "lock")
    fields = ("key", "lock")
