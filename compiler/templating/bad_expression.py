"""BadExpression: why an expression of a template cannot be compiled or evaluated, and how to mend it."""


class BadExpression(Exception):
    """The text says what is wrong; whoever catches it knows the place."""

    code = "R0803"
    """Its code in the catalogue once it is evaluated; what cannot be compiled is R0801."""

    def __init__(self, message: str, help: str = "", line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.line = line
        """Line in the text that holds the expression, the first is 1."""


class NotDefined(BadExpression):
    """It reads what is not there."""

    code = "R0802"
