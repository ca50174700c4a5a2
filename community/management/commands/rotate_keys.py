"""`manage.py rotate_keys`: a new key of the house, and every data key wrapped with it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from community import rotation, vault


class Command(BaseCommand):
    help = (
        "Bring a new sealing key and wrap every data key with it, while the house is running. "
        "With --retire, take keys out of use that nothing needs any more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--retire", action="store_true", help="take the old keys out of use instead"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._retire() if options["retire"] else self._rotate()
        except vault.KeyAway as away:
            raise CommandError(f"Nothing was changed: {away}.") from None

    def _rotate(self) -> None:
        if rotation.keys_are_ours_to_change():
            rotation.bring_a_new_key()
        else:
            self.stdout.write("The keys are in the environment: the first one there is used.")
        wrapped = rotation.rewrap_all()
        self.stdout.write(f"Wrapped anew: {wrapped.done}.")
        if wrapped.failed:
            self.stderr.write(
                f"{wrapped.failed} could not be opened, and were left as they are: the key that "
                "wrapped them is missing, or the row was altered."
            )
        if rotation.old_keys():
            self.stdout.write("Older keys are still there; `rotate_keys --retire` takes them out.")

    def _retire(self) -> None:
        try:
            gone = rotation.retire_old_keys()
        except rotation.StillNeeded:
            raise CommandError(
                "Nothing was retired: some data keys are still wrapped by an older key. "
                "Run rotate_keys first."
            ) from None
        if not gone:
            self.stdout.write("There is no older key.")
        elif rotation.keys_are_ours_to_change():
            self.stdout.write(
                f"Out of use: {', '.join(gone)}. They are in var/keys/retired_keys: backups made "
                "before today open only with them. Delete that file when the backups are gone."
            )
        else:
            self.stdout.write(
                f"Nothing needs these any more: {', '.join(gone)}. Take them out of "
                "REWEAVE_SEALING_KEYS, and keep them as long as backups made before today."
            )
