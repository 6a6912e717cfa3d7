import { toFetch } from 'signalbox/openai-fetch';
import { router } from '../../../../lib/router.js';

export const POST = toFetch(router, { token: process.env.ROUTER_TOKEN });
export const GET = POST;
