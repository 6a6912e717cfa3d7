import { defineConfig } from 'tsup';
import { options } from './tsup.config.ts';

/** Without type declarations, which take most of the time: for the demo, the examples and measurements. */
export default defineConfig({ ...options, dts: false });
