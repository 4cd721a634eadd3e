"""A small bot as one would write it in Python with discord.py: /get_my_state, answered from TSM's
ledger. bench/discord measures it side by side with TSM, through the same emulator.

usage: rival-bot.py LEDGER API GATEWAY GUILD      (the token comes in RIVAL_TOKEN)
"""
import datetime
import os
import sqlite3
import sys

import discord
import yarl
from discord import app_commands

LEDGER, API, GATEWAY, GUILD = sys.argv[1:5]
SUMS = ("SELECT total(energy_wh), total(cost_neur), total(unpriced_wh), total(estimated_wh),"
        " total(down_seconds) FROM share WHERE server_id = 1 AND user_id = ?"
        " AND day BETWEEN ? AND ? AND is_derogation >= ?")
EPOCH = datetime.date(1970, 1, 1)

# The library has no setting for these two.
discord.http.Route.BASE = API
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)
_from_client = discord.gateway.DiscordWebSocket.from_client.__func__


async def from_client_plainly(cls, client, **options):
    return await _from_client(cls, client, **{**options, "zlib": False})


discord.gateway.DiscordWebSocket.from_client = classmethod(from_client_plainly)


def day_number(date):
    return (date - EPOCH).days


def get_periods(today, start):
    """(name, first day, last day, derogations alone): those of TSM's own answer."""
    monday = today - datetime.timedelta(today.weekday())
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    day = datetime.timedelta(1)
    last_month, last_year = (month - day).replace(day=1), year.replace(year=year.year - 1)
    return [("since the start", start, today, 0), ("this year", year, today, 0),
            ("last year", last_year, year - day, 0), ("this month", month, today, 0),
            ("last month", last_month, month - day, 0), ("this week", monday, today, 0),
            ("last week", monday - 7 * day, monday - day, 0),
            ("yesterday", today - day, today - day, 0), ("today", today, today, 0),
            ("derogations this year", year, today, 1),
            ("derogations last year", last_year, year - day, 1),
            ("derogations since arrival", start, today, 1)]


class Rival(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)
        self.database = sqlite3.connect(f"file:{LEDGER}?mode=ro", uri=True)
        first, last = self.database.execute("SELECT min(day), max(day) FROM day_total").fetchone()
        self.start = EPOCH + datetime.timedelta(first)
        self.today = EPOCH + datetime.timedelta(last + 1)

    async def setup_hook(self):
        guild = discord.Object(int(GUILD))
        self.tree.copy_global_to(guild=guild)
        await self.tree.sync(guild=guild)

    def make_embed(self, user_id):
        embed = discord.Embed(title="Your share", description=f"Tempo day: {self.today}")
        for name, begin, end, derogations in get_periods(self.today, self.start):
            row = self.database.execute(
                SUMS, (user_id, day_number(begin), day_number(end), derogations)).fetchone()
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
