"""What exists in media."""

from dishka import Provider, Scope, provide

from omenigen.modules.accounts.public import Exporter
from omenigen.modules.media.service.avatars import Avatars, MediaExport
from omenigen.modules.media.service.shelf import Shelf
from omenigen.modules.media.service.studio import Studio


class MediaProvider(Provider):
    """The studio and the shelf belong to the process, avatars to a unit of work."""

    scope = Scope.REQUEST

    studio = provide(Studio, scope=Scope.APP)
    shelf = provide(Shelf, scope=Scope.APP)
    avatars = provide(Avatars)
    export = provide(MediaExport, provides=Exporter)
