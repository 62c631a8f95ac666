// Placeholder until `npm run generate` writes the API's own types here.
export interface paths {
  [path: string]: any;
}
export interface components {
  schemas: { [name: string]: any };
}
