"""Words that files use for our choices: states, sexes, levels, layers, kinds."""

from collections.abc import Mapping, Sequence

from gis_gov.ingest.header import folded

Words = Mapping[str, str]

LEVEL_WORDS: Words = {
    "province": "省 省级 自治区 直辖市",
    "city": "市 地级 市级 地级市",
    "district": "县 区 县区 区县 县级 区级 county",
    "street": "乡 镇 街道 乡镇 乡镇街道 镇街 乡级 街道级 town township",
    "community": "村 社区 村社区 村社 村级 社区级 居委会 村委会 village",
}
GRID_LAYER_WORDS: Words = {
    "base": "基础网格 综合网格 一级网格 网格 单元网格",
    "exclusive": "专属网格 专属",
    "second": "二级网格",
    "micro": "微网格 三级网格",
}
EVENT_LEVEL_WORDS: Words = {
    "grid": "网格 网格级",
    "community": "村社 社区 村社区 村居 村级",
    "street": "镇街 乡镇 街道 乡镇街道",
    "district": "县 区 区县 县级 区级",
}
HOUSE_KIND_WORDS: Words = {
    "building": "建筑 建筑物 楼栋 楼 幢 栋",
    "dwelling": "房屋 住房 室 户 房间 套",
}
SEX_WORDS: Words = {
    "male": "男 男性 m 1",
    "female": "女 女性 f 2",
    "unknown": "不明 未知 未知性别 不详 0 9 u 未说明的性别",
}
PERSON_CLASS_WORDS: Words = {
    "service": "服务 服务对象 服务类",
    "control": "管控 重点人员 管控对象 管控类",
    "rely": "依靠 依靠力量 依靠类",
    "other": "其他 普通 普通人员 一般人员",
}
RESOURCE_KIND_WORDS: Words = {
    "camera": "摄像头 摄像机 监控 监控点 视频监控 cctv cameras",
    "centre": "综治中心 治理中心 中心 center centres",
    "poi": "兴趣点 周边资源 场所 pois",
}
STATE_WORDS: Words = {
    "pending": "open new 待受理 未受理 待处理 新建 新增 上报 待派遣 unassigned received submitted",
    "accepted": "已受理 受理 已立案 立案 acknowledged assigned 已派遣 已签收",
    "handling": "inprogress 处理中 办理中 处置中 办理 处置 processing",
    "verifying": "待核查 核查中 待核实 核实中 待验收 待评价 已处置 resolved 已处理",
    "closed": "结案 已结案 办结 已办结 完结 已完结 已完成 关闭 已关闭 completed done 归档 已归档",
    "rejected": "不予受理 不受理 作废 已作废 退回 已退回 cancelled canceled 撤销 已撤销 invalid",
    "suspended": "挂账 延期 暂停 挂起 onhold paused 已挂账",
}

TELLS_WORDS: Words = {
    "enter": "进入 进 进入告警 进入围栏 in",
    "exit": "离开 出 退出 离开告警 离开围栏 leave out",
    "cross": "穿越 穿过 经过 crossing",
    "inside": "在内 禁入 禁止进入 停留在内",
    "outside": "在外 禁出 禁止离开 停留在外",
}
YES_NO_WORDS: Words = {
    "true": "是 启用 已启用 有效 生效 yes y t on 1",
    "false": "否 停用 已停用 未启用 禁用 无效 no n f off 0",
}


def choices(canonical: Sequence[str], words: Words) -> dict[str, str]:
    """Map each word, folded, to the canonical one it means; these mean themselves."""
    return {folded(word): word for word in canonical} | {
        folded(word): meant for meant in canonical for word in words.get(meant, "").split()
    }
