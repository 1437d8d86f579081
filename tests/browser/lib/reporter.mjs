// One line per test as it ends, the whole error when it failed, and a last line of counts for run.mjs.
import { inspect } from 'node:util';

function cause(error) {
  let inner = error?.cause ?? error;
  if (inner?.message === 'the scene took too long' && inner.cause) inner = `${inner.message}: ${inner.cause.stack}`;
  return typeof inner === 'string' ? inner : (inner?.stack ?? inspect(inner));
}

export default async function* reporter(source) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const names = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') names[data.nesting] = data.name;
    if (type === 'test:diagnostic' && data.nesting > 0) yield `    # ${data.message}\n`;
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details.type === 'suite' && type === 'test:pass') continue;
    const cascade = data.details.error?.failureType === 'subtestsFailed';
    if (cascade) continue;
    const name = [...names.slice(0, data.nesting), data.name].join(' › ');
    const seconds = `${(data.details.duration_ms / 1000).toFixed(1)} s`;
    if (type === 'test:fail') {
      count.failed += 1;
      yield `not ok ${name} (${seconds})\n${cause(data.details.error).replace(/^/gm, '    ')}\n`;
    } else if (data.skip !== undefined) {
      count.skipped += 1;
      yield `skip   ${name} # ${data.skip}\n`;
    } else {
      count.passed += 1;
      yield `ok     ${name} (${seconds})\n`;
    }
  }
  yield `#count ${JSON.stringify(count)}\n`;
}
