import { SERVICE_NAME } from '../../../base/index.ts';
import { connectService } from '../../../native/index.ts';

/*
 * The program as the service of Windows: the service control manager, which gives up after a while, gets its answer before
 * all the rest is loaded.
 */
await connectService(SERVICE_NAME).catch(() => {}); // the rest says so
await import('./main.ts');
