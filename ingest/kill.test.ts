import { join } from "node:path";
import { temporaryFolder } from "../test/support/temporary-folder.ts";
import { testKills } from "./kill.contract.ts";

testKills("embedded log", async () => ({ folder: join(temporaryFolder(), "log") }));
