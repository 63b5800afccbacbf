// Formats Terraform files as hclwrite does: a JSON object of texts in, the same of formatted texts out.
import { readFileSync, writeFileSync } from "node:fs";
import tools from "@cdktn/hcl-tools";

const texts = JSON.parse(readFileSync(0, "utf8"));
const formatted = {};
for (const [name, text] of Object.entries(texts)) {
  formatted[name] = await tools.format(text);
}
writeFileSync(1, JSON.stringify(formatted));
process.exit(0); // the WebAssembly runtime would wait for more
