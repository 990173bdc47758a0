"""What notices are made of."""

from dishka import Provider, Scope, provide

from omenigen.kit.streams import StreamPart
from omenigen.modules.accounts.public import Exporter
from omenigen.modules.notify.service import NoticeExport, Notices, NoticeWords
from omenigen.modules.notify.streams import notices_part


class NotifyProvider(Provider):
    """Words live as long as the process; the verbs as long as a unit of work."""

    words = provide(NoticeWords, scope=Scope.APP)
    notices = provide(Notices, scope=Scope.REQUEST)
    export = provide(NoticeExport, scope=Scope.REQUEST, provides=Exporter)

    @provide(scope=Scope.APP)
    def notices_part(self, words: NoticeWords) -> StreamPart:
        return notices_part(words)
