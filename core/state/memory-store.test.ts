import { createMemoryStore } from "./memory-store.ts";
import { testSessionStore } from "./session-store.contract.ts";

testSessionStore("memory store", async () => createMemoryStore());
