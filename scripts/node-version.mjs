// Checks that npm scripts run on the Node version that the project installs.
const major = Number(process.versions.node.split('.')[0]);
if (major < 22) {
  console.error(
    `signalbox needs Node 22 or newer, and this is ${process.versions.node}. "npm ci" installs Node 24 into the project ` +
      'with an install script; if scripts are disabled, run "npm rebuild node".',
  );
  process.exit(1);
}
