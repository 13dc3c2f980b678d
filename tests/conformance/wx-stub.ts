/** What a request of the mini program became: an answer of any status, or nothing. */
export interface WxRequest {
  readonly url: string;
  readonly method: string;
  readonly data: string;
}

interface WxOptions {
  url: string;
  method: string;
  header?: Record<string, string>;
  data?: string;
  key: string;
  success?(result: unknown): void;
  fail?(result: unknown): void;
  complete?(result: unknown): void;
}

/** The parts of WeChat's mini-program runtime that the SDK touches; requests go out over the real network. */
export function installWx(app_id: string): { requests: WxRequest[]; hide(): void; uninstall(): void } {
  const storage = new Map<string, unknown>();
  const requests: WxRequest[] = [];
  let onHide = () => {};
  const answer = (options: WxOptions, result: unknown) => {
    options.success?.(result);
    options.complete?.(result);
  };
  const request = (options: WxOptions) => {
    const { url, method, header = {}, data = "" } = options;
    requests.push({ url, method, data });
    fetch(url, { method, headers: header, ...(method === "POST" ? { body: data } : {}) }).then(
      (response) => answer(options, { statusCode: response.status }),
      () => {
        options.fail?.({ errMsg: "request:fail" });
        options.complete?.({ errMsg: "request:fail" });
      },
    );
  };
  const system = {
    SDKVersion: "3.0.0",
    brand: "apple",
    model: "iPhone 15",
    screenWidth: 390,
    screenHeight: 844,
    windowWidth: 390,
    windowHeight: 800,
    platform: "ios",
    system: "iOS 17.0",
    pixelRatio: 3,
  };
  const wx = {
    getAccountInfoSync: () => ({ miniProgram: { appId: app_id, envVersion: "release", version: "1.0.0" } }),
    setStorageSync: (key: string, value: unknown) => storage.set(key, value),
    getStorageSync: (key: string) => storage.get(key) ?? "",
    setStorage: (options: WxOptions & { data?: unknown }) => {
      storage.set(options.key, options.data);
      answer(options, {});
    },
    getStorage: (options: WxOptions) => answer(options, { data: storage.get(options.key) }),
    getNetworkType: (options: WxOptions) => answer(options, { networkType: "wifi" }),
    getSystemInfo: (options: WxOptions) => answer(options, system),
    getSystemInfoSync: () => system,
    onNetworkStatusChange: () => {},
    onAppShow: () => {},
    onAppHide: (listener: () => void) => {
      onHide = listener;
    },
    getLaunchOptionsSync: () => ({ scene: 1001, path: "pages/index", query: {} }),
    setNavigationBarTitle: () => {},
    login: () => {},
    request,
  };
  const globals = { wx, App: () => {}, Page: () => {}, Component: () => {}, getCurrentPages: () => [] };
  Object.assign(globalThis, globals);
  return {
    requests,
    hide: () => onHide(),
    uninstall: () => {
      for (const name of Object.keys(globals)) Reflect.deleteProperty(globalThis, name);
    },
  };
}
