// Every page × {empty, error, filled} × three widths, in Debian's Chromium.
import { after } from 'node:test';
import { accessibilityOf } from './lib/accessibility.mjs';
import { closeAll } from './lib/browsers.mjs';

after(closeAll);
accessibilityOf('current');
