import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerId, Offset } from "../../core/domain/ids.ts";
import { until } from "../../core/log/collecting-reader.ts";
import {
  close,
  forget,
  host,
  newWorld,
  ONLY,
  plainDigest,
  play,
} from "../../test/support/changelog-world.ts";

test("an owner that follows its successor keeps what it has until it has more", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  await first.gain();
  await first.hear(play(world, 100));
  await first.keeper.publish();
  await second.gain();
  first.lose();
  const seen = new Set<number>();
  world.changelog.beforeRead = () => void seen.add(first.store.position(ONLY)!.next);
  first.keeper.follow([ONLY]);
  await second.hear(play(world, 50));
  await second.keeper.publish();
  await until(() => first.store.position(ONLY)?.next === 150, "the copy has what came since");
  assert.ok(!seen.has(0), "the partition counts as never applied");
  assert.equal(await first.store.digest(), await plainDigest(world));
  await close(first, second);
});

test("a copy that goes on forgets who was forgotten, and brings nobody back", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  const [early, late] = ["listener-3", "listener-5"] as ListenerId[];
  await first.gain();
  await first.hear(play(world, 60));
  await first.keeper.publish();
  append(world, early!);
  await first.hear(0);
  await first.keeper.publish();
  const { next } = first.store.position(ONLY)!;
  first.lose();
  await second.gain();
  append(world, late!);
  await second.hear(1);
  await second.keeper.publish();
  world.changelog.beforeRead = () => {
    assert.equal(first.store.read(early!), undefined, "a record from before the position came");
  };
  first.keeper.follow([ONLY]);
  await until(() => first.store.position(ONLY)!.next > next, "the copy goes on");
  assert.equal(first.store.read(late!), undefined);
  assert.equal(await first.store.digest(), await plainDigest(world));
  await close(first, second);
});

test("what a host left is removed once its successor has written, and not before", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  await first.gain();
  await first.hear(play(world, 40));
  await first.keeper.publish();
  first.lose();
  for (const _ of Array(3)) await first.keeper.dropLeft();
  assert.equal(first.store.position(ONLY)?.next, 40, "nobody else has it");
  await second.gain();
  await second.keeper.publish();
  await first.keeper.dropLeft();
  assert.equal(first.store.position(ONLY)?.next, 0);
  assert.deepEqual(first.store.listenersAfter(undefined, 100), []);
  await first.gain();
  await first.hear(play(world, 10));
  assert.equal(await first.store.digest(), await plainDigest(world));
  await close(first, second);
});

test("a partition that is owned, followed or taken back is not removed", async () => {
  const world = newWorld();
  const [first, second] = [host(world), host(world)];
  await first.gain();
  await first.hear(play(world, 40));
  await first.keeper.publish();
  await first.keeper.dropLeft();
  first.lose();
  await second.gain();
  await second.keeper.publish();
  first.keeper.follow([ONLY]);
  for (const _ of Array(3)) await first.keeper.dropLeft();
  assert.equal(first.store.position(ONLY)?.next, 40);
  first.keeper.follow([]);
  await first.keeper.dropLeft();
  await second.hear(play(world, 5));
  await second.keeper.publish();
  const dropping = first.keeper.dropLeft();
  await first.gain();
  await dropping;
  await first.hear(0);
  assert.equal(await first.store.digest(), await plainDigest(world));
  await close(first, second);
});

function append(world: ReturnType<typeof newWorld>, listener: ListenerId): void {
  const part = world.log.parts[ONLY]!;
  part.push({ ...forget(listener), offset: part.length as Offset });
}
