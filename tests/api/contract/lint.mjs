// Lints openapi.yaml by the rules of redocly.yaml; exits 1 if anything is found.
import { formatProblems, getTotals, lint, loadConfig } from '@redocly/openapi-core';

const config = await loadConfig({ configPath: 'api/contract/redocly.yaml' });
const problems = await lint({ ref: '../openapi.yaml', config });
const totals = getTotals(problems);
formatProblems(problems, { totals, version: '' });
console.log(`openapi.yaml: ${totals.errors} errors, ${totals.warnings} warnings`);
process.exitCode = totals.errors + totals.warnings ? 1 : 0;
