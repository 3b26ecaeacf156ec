"""A player's backend in small: it asks Segue for the next tracks, tells that the first one was
skipped, and asks again for a list that has heard so."""

import argparse
import time
import uuid

import grpc

from segue.v1 import gateway_pb2, gateway_pb2_grpc, listening_pb2
from segue.v1 import recommender_pb2, recommender_pb2_grpc

# What a player can wait for a list; Segue answers with less where it cannot answer in time.
PATIENCE_S = 5
# A skip after four seconds of a track of three and a half minutes.
PLAYED_MS = 4_000
TRACK_MS = 215_000


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="127.0.0.1:7600", help="HOST:PORT of Segue")
    parser.add_argument("--listener", default="l007", help="who hears")
    options = parser.parse_args()
    with grpc.insecure_channel(options.address) as channel:
        run(channel, options.listener)


def run(channel, listener):
    recommender = recommender_pb2_grpc.RecommenderStub(channel)
    gateway = gateway_pb2_grpc.EventGatewayStub(channel)
    before = next_tracks(recommender, listener)
    if not before:
        raise SystemExit(f"segue has no track for {listener}")
    show(f"next for {listener}", before)
    skipped = before[0].track
    position = publish_skip(gateway, listener, skipped)
    after = next_tracks(recommender, listener, at_least=position)
    show(f"next after a skip of {skipped}", after)


def next_tracks(recommender, listener, at_least=None):
    """Asks for ten tracks, mostly after what was heard just now. With `at_least` the list has heard
    that record of the log."""
    request = recommender_pb2.NextTracksRequest(
        listener=listener,
        k=10,
        blend=recommender_pb2.BlendWeights(short_term=0.8, long_term=0.2),
        at_least=at_least,
    )
    reply = recommender.NextTracks(request, timeout=PATIENCE_S, wait_for_ready=True)
    if not reply.freshness.caught_up:
        raise SystemExit(f"the list has not heard {at_least} yet")
    return reply.tracks


def publish_skip(gateway, listener, track):
    """Returns the event's place in the log, for `at_least`."""
    event = listening_pb2.ListeningEvent(
        # Stable where the call is sent again, so that the event counts once.
        event_id=str(uuid.uuid4()),
        listener=listener,
        track=track,
        happened_at_ms=time.time_ns() // 1_000_000,
        kind=listening_pb2.EVENT_KIND_SKIPPED,
        played_ms=PLAYED_MS,
        track_ms=TRACK_MS,
    )
    request = gateway_pb2.PublishRequest(event=event)
    return gateway.Publish(request, timeout=PATIENCE_S).position


def show(title, tracks):
    print(title)
    for place, track in enumerate(tracks, start=1):
        print(f"{place:3}  {track.track:24} {track.score:8.4f}")


if __name__ == "__main__":
    main()
