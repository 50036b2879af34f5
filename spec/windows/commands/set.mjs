/* Preloaded, sets the variables in SET, which Wine would set itself; null: takes it away. */
for (const [name, value] of Object.entries(JSON.parse(process.env.SET)))
  if (value === null) delete process.env[name];
  else process.env[name] = value;
