// Reads manifests as a JSON array and checks them against the types of the Kubernetes API and of its extensions: unknown
// fields, wrong types and words, missing fields.
const fs = require('fs');
const path = require('path');
const ts = require('typescript');

const extensions = {
  'gateway.networking.k8s.io': '@kubernetes-models/gateway-api',
  'keda.sh': '@kubernetes-models/keda',
  'cert-manager.io': '@kubernetes-models/cert-manager',
  'external-secrets.io': '@kubernetes-models/external-secrets',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
};

const typeOf = ({ apiVersion, kind }) => {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const packageName = extensions[group] ?? 'kubernetes-models';
  const module = [packageName, group, version, kind].filter(Boolean).join('/');
  return fs.existsSync(path.join(__dirname, 'node_modules', `${module}.d.ts`)) ? module : undefined;
};

const manifests = JSON.parse(fs.readFileSync(0, 'utf8'));
const lines = [];
const unknown = new Set();
manifests.forEach((manifest, i) => {
  const module = typeOf(manifest);
  if (!module) unknown.add(`${manifest.apiVersion} ${manifest.kind}`);
  else lines.push(`export const manifest${i}: import('${module}').I${manifest.kind} = ${JSON.stringify(manifest)};`);
});

const file = path.join(__dirname, 'manifests.ts');
const options = { strict: true, noEmit: true, skipLibCheck: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, target: ts.ScriptTarget.ES2022, types: [] };
const host = ts.createCompilerHost(options);
const source = ts.createSourceFile(file, lines.join('\n'), ts.ScriptTarget.ES2022);
const read = host.getSourceFile.bind(host);
host.getSourceFile = (name, ...rest) => (name === file ? source : read(name, ...rest));
host.fileExists = ((exists) => (name) => name === file || exists(name))(host.fileExists.bind(host));
const program = ts.createProgram([file], options, host);
const faults = ts.getPreEmitDiagnostics(program).map((d) => {
  const line = d.file ? d.file.getLineAndCharacterOfPosition(d.start) : undefined;
  const text = ts.flattenDiagnosticMessageText(d.messageText, ' ');
  const about = d.file?.fileName === file ? lines[line.line].match(/"kind":"(\w+)".*?"name":"([^"]+)"/)?.slice(1).join(' ') : '';
  return `${about}: ${text}`;
});
console.log(JSON.stringify({ checked: lines.length, unknown: [...unknown].sort(), faults }));
