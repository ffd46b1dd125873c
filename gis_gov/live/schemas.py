"""What a live stream says, and an example of it."""

from typing import Any, Final

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "One message of the stream; the fields of `data` hang on `event`",
    "required": ["data"],
    "properties": {
        "event": {
            "type": "string",
            "enum": [
                "hello",
                "event",
                "change",
                "tiles",
                "position",
                "positions",
                "crossing",
                "alarm",
                "reset",
            ],
        },
        "data": {"type": "string", "contentMediaType": "application/json"},
        "id": {"type": "string", "description": "To come back with as Last-Event-ID"},
        "retry": {"type": "integer", "description": "Milliseconds to wait before that"},
    },
}

EXAMPLE: Final = """\
event: hello
data: {"kinds":["event"],"within":"990101001000","bbox":null}

id: AABRkFw4…

event: event
data: {"code":"99010120260101000001","gone":false,"title":"井盖缺失","state":"pending",\
"level":"grid","class_code":"0101","class_name":"井盖","reported_at":"2026-01-01T08:00:00+08:00","lon":123.3004,\
"lat":29.8592,"area_code":"990101001001","grid_code":"9901010010010001"}

id: AABRkNz1…

event: change
data: {"kind":"resource","bbox":[123.3,29.85,123.31,29.86]}

id: AABRkK7w…

"""
