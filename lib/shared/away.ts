/** What to do while the server is away: rely on what this daemon knows, or refuse. */
export type Away = 'own' | 'refuse';
