"""`chirrup bench …`: each figure of docs/reference/performance.md by one command.

Servers run on one core and the load generator on another; every speed is a ratio measured in one run.
"""

import typer

from chirrup.commands.bench import (
    burst,
    delay,
    edges,
    fanout,
    footprint,
    giants,
    home,
    live,
    media,
    mixed,
    model,
    notifying,
    plots,
    posting,
    rebuild,
    relay,
    scale,
    search,
    simulate,
    starting,
    structures,
    timelines,
)

app = typer.Typer(no_args_is_help=True, help="Measure this machine: each figure by one command.")
app.command("home")(home.home)
app.command("post")(posting.post)
app.command("burst")(burst.burst)
app.command("fanout")(fanout.fanout)
app.command("rebuild")(rebuild.rebuild)
app.command("timelines")(timelines.timelines)
app.command("giants")(giants.giants)
app.command("fairness")(giants.fairness)
app.command("notifications")(notifying.notifications)
app.command("relay")(relay.relay)
app.command("structures")(structures.structures)
app.command("delay")(delay.delay)
app.command("mixed")(mixed.mixed)
app.command("media")(media.media)
app.command("scale")(scale.scale)
app.command("start")(starting.start)
app.command("plot")(plots.plot)
app.command("footprint")(footprint.footprint)
app.command("live")(live.live)
app.command("model")(model.model)
app.command("simulate")(simulate.simulate)
app.command("edges")(edges.edges)
app.command("search")(search.search)
