"""No sandbox: for a person who says that generated code may run as they do."""

from quantumlayer.sandbox.environment import clean_environment
from quantumlayer.sandbox.ports import Command, Completed
from quantumlayer.sandbox.process import run_watched
from quantumlayer.sandbox.scratch import scratch


class UnsafeSandbox:
    """Runs commands directly: time, memory and environment are bounded, files and network are not."""

    async def run(self, command: Command) -> Completed:
        """Run one command to its end. Cancelling kills everything that it started."""
        with scratch("home") as home:
            return await run_watched(
                command.argv,
                cwd=command.cwd,
                env={**clean_environment(home), **command.env},
                stdin=command.stdin,
                seconds=command.timeout,
                memory=command.memory,
            )
