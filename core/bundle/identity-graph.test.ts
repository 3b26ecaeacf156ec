import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeModel, type OnnxNode } from "../../trainer/onnx/encode-model.ts";
import { isIdentityGraph } from "./identity-graph.ts";

function graphOf(...nodes: OnnxNode[]): Uint8Array {
  const value = (name: string) => ({ name, type: "float32" as const, shape: ["batch", 4] });
  const [inputs, outputs] = [[value("hidden")], [value("taste")]];
  return encodeModel({ name: "taste", nodes, inputs, outputs, initializers: [] });
}

const identity = { op: "Identity", inputs: ["hidden"], outputs: ["taste"] };

test("one identity node is an identity", () => {
  assert.equal(isIdentityGraph(graphOf(identity)), true);
});

test("any other graph is none", () => {
  assert.equal(isIdentityGraph(graphOf({ ...identity, op: "Tanh" })), false);
  const twice = [
    { ...identity, outputs: ["between"] },
    { op: "Neg", inputs: ["between"], outputs: ["taste"] },
  ];
  assert.equal(isIdentityGraph(graphOf(...twice)), false);
  assert.equal(isIdentityGraph(graphOf()), false);
});
