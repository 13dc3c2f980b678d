import { addTexts } from "../../texts/texts.ts";
import en from "./en.json";
import zh from "./zh.json";

addTexts("robots", { zh, en });
