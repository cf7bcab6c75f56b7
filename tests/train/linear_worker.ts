import { serveReplica } from "../../lib/train/mod.ts";
import { linearReplica } from "./linear.ts";

serveReplica(linearReplica);
