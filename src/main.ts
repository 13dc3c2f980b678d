import { loadConfig } from "./config.ts";
import { main } from "./commands.ts";

await main(process.argv.slice(2), loadConfig(process.env));
