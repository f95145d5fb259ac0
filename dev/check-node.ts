const major = Number(process.versions.node.split(".")[0]);
if (major !== 24) {
  console.error(
    `FinHelm runs on Node 24, and this is ${process.version}. \`npm ci\` brings it along; start scripts with \`npm run\`, or use the version in .nvmrc.`,
  );
  process.exit(1);
}
