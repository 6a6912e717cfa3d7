export { dashboard as GET } from '../../../lib/router.js';
