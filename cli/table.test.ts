import assert from "node:assert/strict";
import { test } from "node:test";
import { drawTable, percent } from "./table.ts";

test("numbers stand to the right and long cells are cut", () => {
  const columns = [
    { title: "song", widthMax: 6 },
    { title: "plays", right: true },
  ];
  const rows = [
    ["Yesterday", "12"],
    ["Help", "3"],
  ];
  const drawn = ["song    plays", "──────  ─────", "Yeste…     12", "Help        3", ""];
  assert.equal(drawTable(columns, rows), drawn.join("\n"));
});

test("a table without rows is its titles", () => {
  assert.equal(drawTable([{ title: "song" }], []), "song\n────\n");
});

test("shares are read as whole percents", () => {
  assert.deepEqual([percent(0.126), percent(undefined)], ["13%", "0%"]);
});

test("an optional column in which no row has anything is left out", () => {
  const columns = [{ title: "track" }, { title: "title", optional: true }, { title: "score" }];
  const rows = [
    ["t1", "", "2"],
    ["t2", "", "1"],
  ];
  assert.equal(drawTable(columns, rows).split("\n")[0], "track  score");
  const named = [["t1", "Quiet Rain", "2"], rows[1]!];
  assert.equal(drawTable(columns, named).split("\n")[0], "track  title       score");
});
