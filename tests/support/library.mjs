// JavaScript libraries come from Debian's packages (node-ajv, node-yaml). Debian's node finds them by itself; any other
// node is shown the place here.
import Module, {createRequire} from 'node:module';

process.env.NODE_PATH = [process.env.NODE_PATH, '/usr/share/nodejs'].filter(Boolean).join(':');
Module._initPaths();
const require = createRequire(import.meta.url);

export const {parse: parseYaml} = require('yaml');

/** A validator of JSON Schema 2020-12, for the keywords that openapi.yaml uses: ajv 8 in Debian 13, ajv 6 in Debian 12. */
export function makeAjv() {
  const options = {strictNumbers: true, allErrors: true, validateSchema: false};
  const Ajv = require('ajv');
  if (Ajv.default) return new (require('ajv/dist/2020.js').default)({...options, strict: false, validateFormats: false});
  const ajv = new Ajv({...options, format: false, jsonPointers: true, extendRefs: true}); // what is beside a $ref counts
  ajv.addKeyword('dependentRequired', {macro: dependencies => ({dependencies})}); // as drafts before 2019 call it
  return ajv;
}

/** What an error of either version says, as one line. */
export function describe({instancePath, dataPath, message, params}) {
  return `${(instancePath ?? dataPath) || '(root)'} ${message.replace(/^should /, 'must ')} ${JSON.stringify(params)}`;
}
