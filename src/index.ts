export { isRouterError, RouterError } from './errors.ts';
