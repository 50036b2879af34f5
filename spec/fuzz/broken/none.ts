/** The control: nothing is wrong with it. */
import { Session, serve } from './server.ts';

serve(Session);
