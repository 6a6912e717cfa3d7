import { toDashboard } from 'signalbox/dashboard';
import { router } from '../../../lib/router.js';

export const GET = toDashboard(router, { token: process.env.DASHBOARD_TOKEN });
