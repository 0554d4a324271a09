/** pg_dump as an Emscripten module: taken out of its package when the CLI is built (scripts/support/pg-dump-module.ts). */
declare module "pg-dump-module" {
  export interface PgDumpModule {
    readonly HEAPU8: Uint8Array;
    readonly FS: {
      makedev(major: number, minor: number): number;
      registerDevice(device: number, operations: { write(stream: unknown, memory: Int8Array, offset: number, length: number): number }): void;
      mkdev(path: string, device: number): void;
    };
    readonly ENV: Record<string, string>;
    onRuntimeInitialized?: () => void;
    addFunction(call: (pointer: number, length: number) => number, signature: string): number;
    _pgl_set_rw_cbs(read: number, write: number): void;
    callMain(words: string[]): number | undefined;
  }

  export interface PgDumpModuleOptions {
    readonly wasmBinary: Uint8Array;
    readonly thisProgram: string;
    readonly noExitRuntime: boolean;
    print(line: string): void;
    printErr(line: string): void;
    onExit(code: number): void;
    readonly preRun: readonly ((module: PgDumpModule) => void)[];
  }

  const createModule: (options: PgDumpModuleOptions) => Promise<PgDumpModule>;
  // The package's own module has nothing but a default export.
  export { createModule as default };
}
