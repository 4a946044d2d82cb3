// Checks Kubernetes manifests: every document against the JSON schema of its kind, and, as literals of the kinds' types, with the
// TypeScript compiler, which finds misspelt fields at any depth. Arguments: the manifests. Prints the kinds that were checked.
import fs from "node:fs";
import path from "node:path";
import { spawnSync } from "node:child_process";
import yaml from "yaml";

const problems = [];
const literals = [];
for (const file of process.argv.slice(2)) {
  const documents = yaml.parseAllDocuments(fs.readFileSync(file, "utf8"));
  for (const [index, document] of documents.entries()) {
    for (const error of document.errors) problems.push(`${file}: ${error.message}`);
    const resource = document.toJS();
    const name = resource.apiVersion.startsWith("keda.sh/") ? "@kubernetes-models/keda" : "kubernetes-models";
    const module = `${name}/${resource.apiVersion}`;
    try {
      const kinds = await import(module);
      new kinds[resource.kind](resource).validate();
    } catch (error) {
      problems.push(`${file}, document ${index + 1} (${resource.apiVersion} ${resource.kind}): ${error.message}`);
      continue;
    }
    literals.push(`import type { I${resource.kind} as K${literals.length} } from "${module}";
export const resource${literals.length}: K${literals.length} = ${JSON.stringify(resource)};`);
    console.log(`${resource.apiVersion} ${resource.kind}`);
  }
}

const folder = fs.mkdtempSync(path.join(process.cwd(), "node_modules", ".kubernetes-"));
try {
  const files = literals.map((text, index) => {
    const file = path.join(folder, `resource${index}.ts`);
    fs.writeFileSync(file, text);
    return file;
  });
  const compiler = path.join("node_modules", "typescript", "bin", "tsc");
  const options = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "nodenext"];
  const run = spawnSync(process.execPath, [compiler, ...options, ...files], { encoding: "utf8" });
  if (run.status !== 0) problems.push(run.stdout + run.stderr);
} finally {
  fs.rmSync(folder, { recursive: true });
}

if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
