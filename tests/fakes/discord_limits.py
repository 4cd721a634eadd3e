"""Rate limits as Discord counts them: a bucket for each route and top-level resource."""

import dataclasses
import hashlib
import math

# Requests and seconds. Discord publishes none of them; these are of the size that is seen.
DEFAULTS = {
    "gateway": (2, 5),
    "application": (5, 5),
    "oauth2_application": (5, 5),
    "me": (5, 5),
    "guild": (10, 5),
    "channel": (10, 5),
    "list_guild_commands": (5, 5),
    "put_guild_commands": (5, 20),
    "list_global_commands": (5, 5),
    "put_global_commands": (5, 20),
    "create_dm": (10, 60),
    "create_message": (5, 5),
    "callback": (5, 2),
    "get_original": (5, 2),
    "edit_original": (5, 2),
    "delete_original": (5, 2),
    "follow_up": (5, 2),
    "get_follow_up": (5, 2),
    "edit_follow_up": (5, 2),
    "delete_follow_up": (5, 2),
}
# What interactions need does not count as a request of the bot.
NOT_GLOBAL = ("callback", "get_original", "edit_original", "delete_original", "follow_up",
              "get_follow_up", "edit_follow_up", "delete_follow_up")
GLOBAL_LIMIT = 50


@dataclasses.dataclass
class Bucket:
    limit: int
    window_s: float
    begin: float = -math.inf
    used: int = 0
    told_empty_at: float = math.inf  # when the client was told that nothing is left

    def refresh(self, now):
        if now >= self.begin + self.window_s:
            self.begin, self.used, self.told_empty_at = now, 0, math.inf

    @property
    def remaining(self):
        return max(0, self.limit - self.used)


def ceil_ms(seconds):
    """Rounded up: who waits as long as he is told has waited long enough."""
    return max(0.0, math.ceil(seconds * 1000 - 1e-3) / 1000)


@dataclasses.dataclass
class Block:
    """A test's word that a route, or all of them, are used up."""

    until: float
    scope: str
    told_at: float = math.inf


class Limiter:
    def __init__(self):
        self.limits = dict(DEFAULTS)
        self.buckets = {}
        self.blocks = {}  # by route; "" blocks all that takes the bot's token
        self.recent = []  # instants of the last second, of what counts globally

    def bucket(self, route, major):
        limit, window_s = self.limits[route]
        return self.buckets.setdefault((route, major), Bucket(limit, window_s))

    def block(self, route, until, scope):
        self.blocks[route] = Block(until, scope)

    def take(self, route, major, now, received_at):
        """(seconds to wait, or None if it may pass; scope; whether the client could know when it
        sent the request)."""
        is_global = route not in NOT_GLOBAL
        for block in (self.blocks.get("") if is_global else None, self.blocks.get(route)):
            if block is not None and now < block.until:
                known, block.told_at = received_at >= block.told_at, min(now, block.told_at)
                return block.until - now, block.scope, known
        if is_global:
            self.recent = [at for at in self.recent if at > now - 1]
            if len(self.recent) >= GLOBAL_LIMIT:
                return self.recent[0] + 1 - now, "global", True
            self.recent.append(now)
        bucket = self.bucket(route, major)
        bucket.refresh(now)
        if bucket.remaining == 0:
            known = received_at >= bucket.told_empty_at
            bucket.told_empty_at = min(now, bucket.told_empty_at)
            return bucket.begin + bucket.window_s - now, "user", known
        bucket.used += 1
        return None, "user", False

    def untell(self, route, major):
        """What was answered has not arrived."""
        for block in (self.blocks.get(""), self.blocks.get(route)):
            if block is not None:
                block.told_at = math.inf
        self.bucket(route, major).told_empty_at = math.inf

    def headers(self, route, major, now):
        bucket = self.bucket(route, major)
        if bucket.remaining == 0:
            bucket.told_empty_at = min(now, bucket.told_empty_at)
        reset = bucket.begin + bucket.window_s if bucket.used else now
        return {
            "X-RateLimit-Limit": bucket.limit,
            "X-RateLimit-Remaining": bucket.remaining,
            "X-RateLimit-Reset": f"{math.ceil(reset * 1000) / 1000:.3f}",
            "X-RateLimit-Reset-After": f"{ceil_ms(reset - now):.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(route.encode()).hexdigest()[:32],
        }
