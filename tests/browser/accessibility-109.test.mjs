// Every page × {empty, error, filled} × three widths, in Chromium 109 (Edge 109).
import { after } from 'node:test';
import { accessibilityOf } from './lib/accessibility.mjs';
import { closeAll } from './lib/browsers.mjs';

after(closeAll);
accessibilityOf('109');
