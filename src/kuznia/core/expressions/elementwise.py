"""Functions of single cells: arithmetic, comparison, logic."""

from __future__ import annotations

from kuznia.core.expressions.function import Family, Function, Kind, Parameter, Takes

_NAN = "Not known where an argument is not known; a result that is not finite is not known."
_RANGE = r" *-?\d{1,15}(\.\d{1,15})? *, *-?\d{1,15}(\.\d{1,15})? *, *\d{1,15}(\.\d{1,15})? *"
_NUMBERS = r" *-?\d{1,15}(\.\d{1,15})?([ ,]+-?\d{1,15}(\.\d{1,15})?){0,49} *"
_X = (Parameter("x"),)
_XY = (Parameter("x"), Parameter("y"))


def _values(
    name: str, aliases: tuple[str, ...], doc: str, example: str, parameters: tuple[Parameter, ...] = _X
) -> Function:
    return Function(name, aliases, Family.ELEMENTWISE, parameters, doc, _NAN, example)


def _test(name: str, aliases: tuple[str, ...], doc: str, sign: str) -> Function:
    return Function(name, aliases, Family.ELEMENTWISE, _XY, doc, _NAN, f"close {sign} open", Kind.BOOL)


def _logic(
    name: str, aliases: tuple[str, ...], doc: str, rule: str, example: str, count: int = 2
) -> Function:
    parameters = tuple(Parameter(n, Takes.CONDITION) for n in "xy"[:count])
    return Function(name, aliases, Family.ELEMENTWISE, parameters, doc, rule, example, Kind.BOOL)


ELEMENTWISE = (
    _values("add", ("Add",), "Sum of two values; written x + y.", "close + open", _XY),
    _values("subtract", ("Sub",), "Difference; written x - y.", "close - open", _XY),
    _values("multiply", ("Mul",), "Product; written x * y.", "close * volume", _XY),
    _values("divide", ("Div",), "Quotient; written x / y.", "close / open", _XY),
    _values("power", ("Power", "pow"), "x to the power of y; written x ** y.", "close ** 2", _XY),
    _values("negate", ("reverse", "Neg"), "Opposite; written -x.", "-returns"),
    _values("inverse", (), "1 / x.", "inverse(close)"),
    _values("abs", ("Abs",), "Absolute value.", "abs(returns)"),
    _values("sign", ("Sign",), "-1, 0 or 1.", "sign(returns)"),
    _values("log", ("Log", "ln"), "Natural logarithm; not known for x <= 0.", "log(volume)"),
    _values("log1p", (), "Natural logarithm of 1 + x.", "log1p(volume)"),
    _values("exp", ("Exp",), "Exponential.", "exp(returns)"),
    _values("sqrt", ("Sqrt",), "Square root; not known for x < 0.", "sqrt(volume)"),
    _values(
        "signed_power",
        ("signedpower", "SignedPower"),
        "sign(x) * abs(x) ** y.",
        "signed_power(returns, 0.5)",
        _XY,
    ),
    _values("s_log_1p", (), "sign(x) * log(1 + abs(x)).", "s_log_1p(returns)"),
    _values("sigmoid", (), "1 / (1 + exp(-x)).", "sigmoid(returns)"),
    _values("tanh", (), "Hyperbolic tangent.", "tanh(returns)"),
    _values("sin", (), "Sine of x in radians.", "sin(returns)"),
    _values("cos", (), "Cosine of x in radians.", "cos(returns)"),
    _values("tan", (), "Tangent of x in radians.", "tan(returns)"),
    _values("arc_sin", (), "Angle whose sine is x; not known outside -1 to 1.", "arc_sin(returns)"),
    _values("arc_cos", (), "Angle whose cosine is x; not known outside -1 to 1.", "arc_cos(returns)"),
    _values("arc_tan", (), "Angle whose tangent is x.", "arc_tan(returns)"),
    _values("floor", (), "Largest whole number not above x.", "floor(close)"),
    _values("ceiling", ("ceil",), "Smallest whole number not below x.", "ceiling(close)"),
    _values("round", (), "Nearest whole number, halves to even.", "round(close)"),
    _values("fraction", ("fractional",), "Part after the point, with the sign of x.", "fraction(close)"),
    _values("max", ("Greater",), "Greater of two values.", "max(close, open)", _XY),
    _values("min", ("Less",), "Smaller of two values.", "min(close, open)", _XY),
    _values(
        "clamp",
        ("Clip",),
        "x, but not below lower nor above upper.",
        "clamp(returns, -0.1, 0.1)",
        (Parameter("x"), Parameter("lower", Takes.NUMBER), Parameter("upper", Takes.NUMBER)),
    ),
    _values(
        "pasteurize",
        ("purify",),
        "x; kept for formulas that guard against infinity.",
        "pasteurize(close / open)",
    ),
    Function(
        "is_nan",
        ("IsNull", "is_not_finite"),
        Family.ELEMENTWISE,
        _X,
        "Whether x is not known.",
        "Always known.",
        "is_nan(close)",
        Kind.BOOL,
    ),
    Function(
        "nan_to",
        ("fill_nan",),
        Family.ELEMENTWISE,
        (Parameter("x"), Parameter("value", Takes.NUMBER, 0.0)),
        "x, or value where x is not known.",
        "Always known.",
        "nan_to(returns, 0)",
    ),
    Function(
        "to_nan",
        (),
        Family.ELEMENTWISE,
        (
            Parameter("x"),
            Parameter("value", Takes.NUMBER, 0.0),
            Parameter("reverse", Takes.NUMBER, 0.0, 0.0, 1.0),
        ),
        "Not known where x equals value, else x; with reverse value where x is not known.",
        "Where x is not known only reverse gives a value.",
        "to_nan(volume)",
    ),
    Function(
        "replace",
        (),
        Family.ELEMENTWISE,
        (
            Parameter("x"),
            Parameter("target", Takes.TEXT, pattern=_NUMBERS),
            Parameter("dest", Takes.TEXT, pattern=_NUMBERS),
        ),
        "Values equal to a number of target become the number of dest at the same place.",
        _NAN,
        'replace(sign(returns), target="-1 0", dest="0 0.5")',
    ),
    _test("less", ("Lt",), "Whether x < y.", "<"),
    _test("less_equal", ("Le",), "Whether x <= y.", "<="),
    _test("greater", ("Gt",), "Whether x > y.", ">"),
    _test("greater_equal", ("Ge",), "Whether x >= y.", ">="),
    _test("equal", ("Eq",), "Whether x = y.", "=="),
    _test("not_equal", ("Ne",), "Whether x differs from y.", "!="),
    _logic(
        "and",
        ("And",),
        "Whether both hold; written x and y.",
        "False where either is false, else not known where either is not known.",
        "close > open and volume > 0",
    ),
    _logic(
        "or",
        ("Or",),
        "Whether either holds; written x or y.",
        "True where either is true, else not known where either is not known.",
        "close > open or volume > 0",
    ),
    _logic("not", ("Not",), "Whether x does not hold; written not x.", _NAN, "not (close > open)", 1),
    Function(
        "if_else",
        ("If", "where"),
        Family.ELEMENTWISE,
        (Parameter("condition", Takes.CONDITION), Parameter("x"), Parameter("y")),
        "x where the condition holds, y where it does not.",
        "Not known where the condition or the chosen value is not known.",
        "if_else(close > open, volume, -volume)",
    ),
    Function(
        "bucket",
        (),
        Family.ELEMENTWISE,
        (Parameter("x"), Parameter("range", Takes.TEXT, pattern=_RANGE)),
        'Groups by equal steps of x: range is "from, to, step"; values outside join the end groups.',
        "No group where x is not known.",
        'bucket(rank(volume), range="0, 1, 0.25")',
        Kind.GROUP,
    ),
    Function(
        "densify",
        (),
        Family.ELEMENTWISE,
        (Parameter("g", Takes.GROUP),),
        "g; kept for formulas that guard against many empty groups.",
        "No group where it is missing.",
        "densify(sector)",
        Kind.GROUP,
    ),
    Function(
        "group_coalesce",
        (),
        Family.ELEMENTWISE,
        (Parameter("g", Takes.GROUP), Parameter("h", Takes.GROUP)),
        "g, or where it is missing h; groups of the two never mix.",
        "No group where both are missing.",
        'group_coalesce(sector, bucket(rank(volume), range="0, 1, 0.5"))',
        Kind.GROUP,
    ),
    Function(
        "group_cross",
        ("group_cartesian_product",),
        Family.ELEMENTWISE,
        (Parameter("g", Takes.GROUP), Parameter("h", Takes.GROUP)),
        "Groups of those who share both groups.",
        "No group where either is missing.",
        'group_cross(sector, bucket(rank(volume), range="0, 1, 0.5"))',
        Kind.GROUP,
    ),
)
