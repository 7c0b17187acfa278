"""Everything that is kept, moved whole: from store to store, into a backup and out of one."""

from .archive import PartSum
from .backup import backup, backup_path
from .contents import StoreContents, Sum
from .move import Moved, move
from .restore import restore

__all__ = ["Moved", "PartSum", "StoreContents", "Sum", "backup", "backup_path", "move", "restore"]
