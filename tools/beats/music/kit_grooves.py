"""Grooves of the drum kit and the drum machine in 4/4: rock, metal, pop, funk, hip-hop and dance music."""

from __future__ import annotations

from .percussion import Groove, groove

_EIGHTH_HATS = (
    "closed:X.x.X.x.X.x.X.x.",
    "closed:x.x.x.x.x.x.x.x.",
    "closed:x.o.x.o.x.o.x.o.",
    "ride:x.x.x.x.x.x.x.x.",
    "open:x.x.x.x.x.x.x.x.",
    "closed:x.x.x.x.x.x.x... open:..............x.",
)
_QUARTER_HATS = (
    "closed:x...x...x...x...",
    "ride:X...X...X...X...",
    "open:x...x...x...x...",
    "crash:x...x...x...x...",
    "china:x...x...x...x...",
)
_SIXTEENTH_HATS = (
    "closed:xoxoxoxoxoxoxoxo",
    "closed:XgogXgogXgogXgog",
    "closed:xgxgxgxgxgxgxg.. open:..............x.",
)
_OFF_HATS = (
    "open:..x...x...x...x.",
    "open:..x...x...x...x. closed:x...x...x...x...",
    "open:..x...x...x...x. closed:gg.ggg.ggg.ggg.g",
    "closed:..X...X...X...X.",
    "open:..x...x...x...x. closed:ogogogogogogogog",
)
_BACKBEAT = (
    "snare:....X.......X...",
    "snare:....X.......X...",
    "snare:....X..g.g..X...",
    "snare:....X.......X..g",
    "snare:....X..g....X.g.",
)

KIT_GROOVES: dict[str, Groove] = {
    "rock": groove(
        "4/4",
        (
            "kick:x.......x.......",
            "kick:x.....x.x.......",
            "kick:x..x....x.x.....",
            "kick:x.x.....x.......",
            "kick:x......xx.......",
            "kick:x.......x.x....x",
            "kick:x.....x...x.....",
            "kick:x.x.....x.x.....|x.....x.x.......",
            "kick:X.......x.......|x.....x.x.....x.",
        ),
        _BACKBEAT,
        _EIGHTH_HATS,
    ),
    "slow rock": groove(
        "4/4",
        (
            "kick:x.......x.......",
            "kick:x.....x.x.......",
            "kick:x......xx......x",
            "kick:x.........x.....",
            "kick:x.....x...x.....",
        ),
        _BACKBEAT,
        (*_EIGHTH_HATS, *_SIXTEENTH_HATS),
    ),
    "four rock": groove(
        "4/4", ("kick:x...x...x...x...", "kick:x...x...x.x.x..."), _BACKBEAT, (*_EIGHTH_HATS, *_OFF_HATS)
    ),
    "half time": groove(
        "4/4",
        (
            "kick:x...............",
            "kick:x.....x.........",
            "kick:x..x..x.........",
            "kick:x.x.......x...x.",
            "kick:x.....x.....x.x.|x..x............",
        ),
        ("snare:........X.......", "snare:........X.....g.", "snare:........X......g"),
        (*_QUARTER_HATS, *_EIGHTH_HATS),
    ),
    "double time": groove(
        "4/4",
        ("kick:x...x...x...x...", "kick:x...x..xx...x...", "kick:x.x.x...x.x.x..."),
        ("snare:..X...X...X...X.",),
        ("closed:x.x.x.x.x.x.x.x.", "ride:x.x.x.x.x.x.x.x.", "closed:x...x...x...x...", "crash:x...x...x...x..."),
    ),
    "punk": groove(
        "4/4",
        ("kick:x.......x.x.....", "kick:x.....x.x.......", "kick:x.x.....x.x.....", "kick:x..x..x.x.x....."),
        ("snare:....X.......X...", "snare:....X.......X.x."),
        (*_EIGHTH_HATS, *_QUARTER_HATS),
    ),
    "tom rock": groove(
        "4/4",
        ("kick:x.......x.......", "kick:x...x...x...x..."),
        ("snare:....X.......X...", "snare:............X...", "snare:................"),
        (
            "tom4:x.x.x.x.x.x.x.x.",
            "tom4:x..x..x.x..x..x.",
            "tom4:x.xx..x.x.xx..x. tom2:....x.......x...",
            "tom3:x.oox.oox.oox.oo",
        ),
    ),
    "double kick": groove(
        "4/4",
        (
            "kick:xxxxxxxxxxxxxxxx",
            "kick:x.xxx.xxx.xxx.xx",
            "kick:xxx.xxx.xxx.xxx.",
            "kick:x.x.x.x.x.x.x.x.",
            "kick:xxxx....xxxx....",
            "kick:xx.xx.xx.xx.xx.x|xx.xx.xxxxxxxxxx",
        ),
        ("snare:....X.......X...", "snare:....X.......X...", "snare:........X......."),
        (*_QUARTER_HATS, *_EIGHTH_HATS),
    ),
    "blast": groove(
        "4/4",
        ("kick:x.x.x.x.x.x.x.x.", "kick:xxxxxxxxxxxxxxxx"),
        ("snare:.x.x.x.x.x.x.x.x", "snare:..X...X...X...X.", "snare:x.x.x.x.x.x.x.x."),
        ("ride:x.x.x.x.x.x.x.x.", "crash:x...x...x...x...", "closed:x.x.x.x.x.x.x.x.", "china:x...x...x...x..."),
    ),
    "gallop": groove(
        "4/4",
        ("kick:x.xxx.xxx.xxx.xx", "kick:x.xxx.xxx.xxx.xx", "kick:x.xx..xxx.xx..xx"),
        ("snare:....X.......X...",),
        (*_QUARTER_HATS, *_EIGHTH_HATS),
    ),
    "syncopated metal": groove(
        "4/4",
        (
            "kick:x..x..x.x..x..x.",
            "kick:xx.x..x...xx.x..",
            "kick:x..x..x..x..x.x.",
            "kick:x.xx.x..x.x..xx.",
            "kick:x..x..x..x..x..x|..x..x..x..x..x.",
        ),
        ("snare:....X.......X...", "snare:........X.......", "snare:....X.......X..."),
        _QUARTER_HATS,
    ),
    "pop": groove(
        "4/4",
        (
            "kick:x.......x.......",
            "kick:x.....x.x.......",
            "kick:x..x..x.x.......",
            "kick:x.......x.x.....",
            "kick:x......x..x.....",
            "kick:x...x...x...x...",
            "kick:x.....x...x.....",
        ),
        (*_BACKBEAT, "clap:....X.......X...", "snare:....x.......x... clap:....x.......x..."),
        (*_EIGHTH_HATS, *_SIXTEENTH_HATS, *_OFF_HATS[:2]),
    ),
    "motown": groove(
        "4/4",
        ("kick:x.......x.......", "kick:x.....x.x.......", "kick:x..x....x..x...."),
        ("snare:x...X...x...X...", "snare:X...X...X...X...", "snare:....X.......X..."),
        ("closed:x.x.x.x.x.x.x.x.", "ride:x.x.x.x.x.x.x.x."),
        ("tambourine:....x.......x...", "tambourine:x.o.X.o.x.o.X.o.", "tambourine:................"),
    ),
    "disco": groove(
        "4/4",
        ("kick:x...x...x...x...",),
        ("snare:....X.......X...", "clap:....X.......X...", "snare:....X.......X... clap:....x.......x..."),
        (*_OFF_HATS, *_SIXTEENTH_HATS),
        (
            "tambourine:................",
            "cowbell:x...x.x...x.x...",
            "conga:..x..xx...x..xx.",
            "tambourine:xgXgxgXgxgXgxgXg",
        ),
    ),
    "funk": groove(
        "4/4",
        (
            "kick:x..x..x...x..x..",
            "kick:x.x....x..x.....",
            "kick:x......x.xx.....",
            "kick:x.x.......x..x..",
            "kick:x..x......xx....|x.x....x..x....x",
            "kick:x.....x..xx.....",
        ),
        (
            "snare:....X..g.g..X..g",
            "snare:....X.gg.g.gX.g.",
            "snare:....X..g.g.gX...",
            "snare:....X.....g.X..x|..g.X..g.g..X...",
        ),
        (*_SIXTEENTH_HATS, "closed:x.x.x.xxx.x.x.xx", "closed:x.x.x.x.x.x.x... open:.............x.."),
    ),
    "boom bap": groove(
        "4/4",
        (
            "kick:x......x..x.....",
            "kick:x.x....x.x......",
            "kick:x......xx.......",
            "kick:x..x...x..x.....|x......xx.x.....",
            "kick:x.......x.x....x",
            "kick:x.........xx....|x.x.......x.....",
        ),
        ("snare:....X.......X...", "snare:....X.......X...", "snare:....X..g....X..g", "rim:....X.......X..."),
        (
            "closed:x.x.x.x.x.x.x.x.",
            "closed:x.x.x.xox.x.x.x.",
            "closed:x.x.x.x.x.x.x... open:..............x.",
            "closed:x.xgx.xgx.xgx.xg",
        ),
    ),
    "trap": groove(
        "4/4",
        (
            "kick:x..........x....",
            "kick:x.....x...x.....",
            "kick:x..x..x.........|x.........x..x..",
            "kick:x.............x.|x.....x...x.....",
            "kick:x.....x.....x...",
        ),
        ("snare:........X.......", "clap:........X.......", "clap:........X....... snare:........x......."),
        (
            "closed:x.x.x.x.x.x.x.x.",
            "closed:x.x.x.xrx.x.x.x.",
            "closed:x.x.x.x.x.rrx.x.",
            "closed:xxxxxxxxxxxxxxxx",
            "closed:x.x.xxx.x.x.x.rr|x.x.x.x.x.rrx.x.",
            "closed:x...x...x...x.r.",
            "closed:x..x..x.x..x..x.",
        ),
        ("open:................", "open:......x.........", "rim:...x.......x..x.", "open:..............x."),
    ),
    "dubstep": groove(
        "4/4",
        (
            "kick:x...............",
            "kick:x.....x.........",
            "kick:x.........x.....",
            "kick:x..x............|x.........x..x..",
            "kick:x.............x.",
        ),
        ("snare:........X.......", "clap:........X....... snare:........X......."),
        (
            "closed:x.x.x.x.x.x.x.x.",
            "closed:..x...x...x...x.",
            "closed:x..x..x.x..x..x.",
            "closed:xgxgxgxgxgxgxgxg",
            "closed:x.....x...x...x.",
        ),
    ),
    "breakbeat": groove(
        "4/4",
        (
            "kick:x.x.......xx....",
            "kick:x.........x.....",
            "kick:x.x.......x.....",
            "kick:x..x......x.....|x.........xx....",
            "kick:x.x.......xx....|x.x.......x.....",
        ),
        (
            "snare:....X.......X...",
            "snare:....X..g.g..X..g",
            "snare:....X..g.g..X..g|....X..g.g....X.",
            "snare:....X.......X...|....X..x....X...",
        ),
        ("ride:x.x.x.x.x.x.x.x.", "closed:x.x.x.x.x.x.x.x.", "closed:xgxgxgxgxgxgxgxg", "closed:x.x.x.xxx.x.x.xx"),
    ),
    "jungle": groove(
        "4/4",
        (
            "kick:x.x.......xx....|x.x.......xx....|x.x.......x.....|..xx......x.....",
            "kick:x.....x...x.....|x..x......x....x",
        ),
        (
            "snare:....X..g.g..X..g|....X..g.g..X..g|....X..g.g....X.|.g..X..g.g....X.",
            "snare:....X..x.g..X..x|....X.xg.g..X.xx",
            "snare:....X.gx.g.xX..g",
        ),
        ("closed:x.x.x.x.x.x.x.x.", "ride:x.x.x.x.x.x.x.x.", "closed:x.xgx.xgx.xgx.xg"),
    ),
    "house": groove(
        "4/4",
        ("kick:X...X...X...X...", "kick:X...X...X...X..."),
        (
            "clap:....x.......x...",
            "snare:....x.......x...",
            "clap:................",
            "clap:....x.......x..o",
            "rim:...x..x....x..x.",
        ),
        _OFF_HATS,
        (
            "closed:................",
            "ride:x.x.x.x.x.x.x.x.",
            "cabasa:xgogxgogxgogxgog",
            "conga:..x..xx...x..xx.",
            "rim:x..x..x...x..x..",
            "tambourine:..x...x...x...x.",
        ),
    ),
    "techno": groove(
        "4/4",
        ("kick:X...X...X...X...", "kick:X...X...X...X...|X...X...X...X.x.", "kick:X...X...X...X..x"),
        ("clap:................", "clap:....x.......x...", "snare:............x...", "rim:...x.....x..x..."),
        (*_OFF_HATS, "closed:xxxxxxxxxxxxxxxx", "ride:..x...x...x...x."),
        ("rim:..x..x..x..x..x.", "tom4:...x..x....x..x.", "clap:................", "cowbell:......x.......x."),
    ),
    "garage": groove(
        "4/4",
        ("kick:x..........x....", "kick:x.........x.....", "kick:x......x..x.....", "kick:x.........x..x.."),
        ("snare:....X.......X...", "clap:....X.......X..g", "rim:....X..g.g..X..g"),
        ("closed:..x...x...x...x.", "closed:x.xgx.xgx.xgx.xg", "open:..x...x...x...x. closed:g..g...gg..g...g"),
    ),
    "broken": groove(
        "4/4",
        ("kick:x..x..x...x.....", "kick:x.....x..x..x...", "kick:x..x......x..x.."),
        ("snare:....X.......X...", "clap:....X.....x....."),
        (*_SIXTEENTH_HATS, *_OFF_HATS),
    ),
    "electro": groove(
        "4/4",
        ("kick:x.....x...x.....", "kick:x..x..x...x.....", "kick:x......x..x.....", "kick:x..x....x.x....."),
        ("snare:....X.......X...", "clap:....X.......X..."),
        ("closed:xoxoxoxoxoxoxoxo", "closed:x.xxx.xxx.xxx.xx", "closed:x.x.x.x.x.x.x.x."),
        ("cowbell:..x.x..x..x.x...", "cowbell:................", "tom2:...x..x......x.x"),
    ),
    "synthwave": groove(
        "4/4",
        ("kick:x...x...x...x...", "kick:x.......x.......", "kick:x.....x.x......."),
        ("snare:....X.......X...",),
        ("closed:x.x.x.x.x.x.x.x.", "closed:xoxoxoxoxoxoxoxo", "open:..x...x...x...x."),
        ("tom2:................", "tom2:..............xx", "tom3:...........x..x."),
    ),
}
