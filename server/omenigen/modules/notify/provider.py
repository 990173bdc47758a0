"""What notices are made of."""

from dishka import Provider, Scope, provide

from omenigen.modules.notify.service import Notices, NoticeWords


class NotifyProvider(Provider):
    """Words live as long as the process; the verbs as long as a unit of work."""

    words = provide(NoticeWords, scope=Scope.APP)
    notices = provide(Notices, scope=Scope.REQUEST)
