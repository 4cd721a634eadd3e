"""A small bot as one would write it in Python with discord.py: /get_my_state, answered from TSM's
ledger and from the sums that TSM keeps in it. bench/discord measures it side by side with TSM.

usage: rival-bot.py LEDGER API GATEWAY GUILD      (the token comes in RIVAL_TOKEN)
"""
import datetime
import os
import sqlite3
import sys
import zoneinfo

import discord
import yarl
from discord import app_commands

LEDGER, API, GATEWAY, GUILD = sys.argv[1:5]
COLUMNS = ("SELECT total(s.energy_wh), total(s.cost_neur), total(s.unpriced_wh),"
           " total(s.estimated_wh), total(s.down_seconds) FROM ")
DAYS = COLUMNS + ("day_total t CROSS JOIN share s ON s.server_id = 1 AND s.day = +t.day"
                  " AND s.user_id = ?1 AND s.is_derogation >= ?2"
                  " WHERE t.server_id = 1 AND t.day BETWEEN ?3 AND ?4")
SPANS = COLUMNS + ("total_sum t CROSS JOIN share_sum s ON s.server_id = 1 AND s.span = ?5"
                   " AND s.begin_day = +t.begin_day AND s.user_id = ?1 AND s.is_derogation >= ?2"
                   " WHERE t.server_id = 1 AND t.span = ?5 AND t.begin_day BETWEEN ?3 AND ?4")
EPOCH = datetime.date(1970, 1, 1)

# The library has no setting for where Discord is, nor for doing without compression: on loopback it
# would only cost time.
discord.http.Route.BASE = API
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
_from_client = discord.gateway.DiscordWebSocket.from_client.__func__


async def from_client_plainly(cls, client, **options):
    return await _from_client(cls, client, **{**options, "zlib": False})


discord.gateway.DiscordWebSocket.from_client = classmethod(from_client_plainly)
_send_as_json = discord.gateway.DiscordWebSocket.send_as_json


async def send_plainly(self, data):
    if data["op"] == self.IDENTIFY:
        del data["d"]["compress"]
    await _send_as_json(self, data)


discord.gateway.DiscordWebSocket.send_as_json = send_plainly


def day_number(date):
    return (date - EPOCH).days


def get_periods(today):
    """(name, span of its sums, first and last begin of those, derogations alone): the periods of
    TSM's own answer."""
    day = datetime.timedelta(1)
    monday = today - today.weekday() * day
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    last_month, last_year = (month - day).replace(day=1), year.replace(year=year.year - 1)
    return [("since the start", "year", EPOCH, year, 0), ("this year", "year", year, year, 0),
            ("last year", "year", last_year, last_year, 0),
            ("this month", "month", month, month, 0),
            ("last month", "month", last_month, last_month, 0),
            ("this week", None, monday, today, 0),
            ("last week", None, monday - 7 * day, monday - day, 0),
            ("yesterday", None, today - day, today - day, 0), ("today", None, today, today, 0),
            ("derogations this year", "year", year, year, 1),
            ("derogations last year", "year", last_year, last_year, 1),
            ("derogations since arrival", "year", EPOCH, year, 1)]


class Rival(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)
        self.database = sqlite3.connect(f"file:{LEDGER}?mode=ro", uri=True)
        now = datetime.datetime.now(zoneinfo.ZoneInfo("Europe/Paris"))
        self.today = (now - datetime.timedelta(hours=6)).date()

    async def setup_hook(self):
        guild = discord.Object(int(GUILD))
        self.tree.copy_global_to(guild=guild)
        await self.tree.sync(guild=guild)

    def make_embed(self, user_id):
        embed = discord.Embed(title="Your share", description=f"Tempo day: {self.today}")
        for name, span, begin, end, derogations in get_periods(self.today):
            args = (user_id, derogations, day_number(begin), day_number(end))
            row = self.database.execute(DAYS if span is None else SPANS,
                                        args if span is None else (*args, span)).fetchone()
            value = f"{row[0] / 1000:.3f} kWh\n€{row[1] / 1e9:.2f}"
            embed.add_field(name=name, value=value + (f"\n{row[3]} Wh estimated" if row[3] else ""))
        return embed


client = Rival()


@client.tree.command(description="your share of the energy and of its cost")
@app_commands.choices(which=[app_commands.Choice(name=w, value=w) for w in (
    "all", "global", "year", "month", "week", "yesterday", "day")])
async def get_my_state(interaction: discord.Interaction, which: app_commands.Choice[str]):
    await interaction.response.send_message(embed=client.make_embed(interaction.user.id),
                                            ephemeral=True)


client.run(os.environ["RIVAL_TOKEN"], log_handler=None)
