/**
 * Chinese surnames that name more than about one person in a hundred thousand. A text of two to four characters that
 * begins with none of them is a nickname (小满, 不喝奶茶): it says nothing about who somebody is.
 */
const SINGLE = [
  "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付傅方邹熊白孟秦邱丘侯江尹薛闫阎段雷龙黎史陶贺毛",
  "郝顾龚邵万覃武钱戴严欧莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申耿关兰焦俞左柳甘祝包宁尚符舒阮纪梅童凌毕单裴霍成苗涂谷曲盛翁蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟",
  "艾尤阳时穆农司古吉缪简车项连芦麦褚窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝官封谈匡鞠惠荆乐冀胥郁南班储原栗燕楚鄢",
  "劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢",
  "嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧闭由",
].join("");

/** Surnames of two characters. */
const DOUBLE =
  "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马 公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 西门 第五 南荣 东里 东宫 即墨 达奚 褚师";

/** Characters that are rare surnames but begin many nicknames. */
const NICKNAME_STARTS = new Set("阿满花海平明云乐阳时乌都来南那但玉银");

const SINGLES = new Set([...SINGLE].filter((character) => !NICKNAME_STARTS.has(character)));
const DOUBLES = new Set(DOUBLE.split(" "));

/** The surname with which a Chinese name begins, or null when it begins with none. */
export function surnameOf(name: string): string | null {
  const two = name.slice(0, 2);
  if (name.length > 2 && DOUBLES.has(two)) return two;
  const one = name.slice(0, 1);
  return SINGLES.has(one) ? one : null;
}

/** Whether a text of one or two characters is itself a surname. */
export function isSurname(text: string): boolean {
  return SINGLES.has(text) || NICKNAME_STARTS.has(text) || DOUBLES.has(text);
}
