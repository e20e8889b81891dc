-- SPDX-License-Identifier: GPL-3.0-or-later
-- Canonical decompositions (Unicode 14, UnicodeData.txt) of the Latin, Greek, Cyrillic and kana
-- letters that file names are made of. macOS stores names decomposed, the lists that travel with
-- them are mostly composed; comparing both decomposed finds the file (playlist/fold.lua).
--
-- Combining mark -> pairs of characters: the base letter, then the composed one.
return {
  ["\u{300}"] =
    "AÀEÈIÌOÒUÙaàeèiìoòuùÜǛüǜNǸnǹЕЀИЍеѐиѝĒḔēḕŌṐōṑWẀwẁÂẦâầĂẰăằÊỀêềÔỒôồ" ..
    "ƠỜơờƯỪưừYỲyỳ",
  ["\u{301}"] =
    "AÁEÉIÍOÓUÚYÝaáeéiíoóuúyýCĆcćLĹlĺNŃnńRŔrŕSŚsśZŹzźÜǗüǘGǴgǵÅǺåǻÆǼæǽ" ..
    "ØǾøǿΑΆΕΈΗΉΙΊΟΌΥΎΩΏϊΐαάεέηήιίϋΰοόυύωώГЃКЌгѓкќÇḈçḉĒḖēḗÏḮïḯKḰkḱMḾmḿ" ..
    "ÕṌõṍŌṒōṓPṔpṕŨṸũṹWẂwẃÂẤâấĂẮăắÊẾêếÔỐôốƠỚơớƯỨưứ",
  ["\u{302}"] = "AÂEÊIÎOÔUÛaâeêiîoôuûCĈcĉGĜgĝHĤhĥJĴjĵSŜsŝWŴwŵYŶyŷZẐzẑẠẬạậẸỆẹệỌỘọộ",
  ["\u{303}"] = "AÃNÑOÕaãnñoõIĨiĩUŨuũVṼvṽÂẪâẫĂẴăẵEẼeẽÊỄêễÔỖôỗƠỠơỡƯỮưữYỸyỹ",
  ["\u{304}"] =
    "AĀaāEĒeēIĪiīOŌoōUŪuūÜǕüǖÄǞäǟȦǠȧǡÆǢæǣǪǬǫǭÖȪöȫÕȬõȭȮȰȯȱYȲyȳИӢиӣУӮуӯ" ..
    "GḠgḡḶḸḷḹṚṜṛṝ",
  ["\u{306}"] = "AĂaăEĔeĕGĞgğIĬiĭOŎoŏUŬuŭУЎИЙийуўЖӁжӂАӐаӑЕӖеӗȨḜȩḝẠẶạặ",
  ["\u{307}"] =
    "CĊcċEĖeėGĠgġIİZŻzżAȦaȧOȮoȯBḂbḃDḊdḋFḞfḟHḢhḣMṀmṁNṄnṅPṖpṗRṘrṙSṠsṡŚṤ" ..
    "śṥŠṦšṧṢṨṣṩTṪtṫWẆwẇXẊxẋYẎyẏſẛ",
  ["\u{308}"] =
    "AÄEËIÏOÖUÜaäeëiïoöuüyÿYŸΙΪΥΫιϊυϋЕЁІЇеёіїАӒаӓӘӚәӛЖӜжӝЗӞзӟИӤиӥОӦоӧ" ..
    "ӨӪөӫЭӬэӭУӰуӱЧӴчӵЫӸыӹHḦhḧÕṎõṏŪṺūṻWẄwẅXẌxẍtẗ",
  ["\u{309}"] = "AẢaảÂẨâẩĂẲăẳEẺeẻÊỂêểIỈiỉOỎoỏÔỔôổƠỞơởUỦuủƯỬưửYỶyỷ",
  ["\u{30A}"] = "AÅaåUŮuůwẘyẙ",
  ["\u{30B}"] = "OŐoőUŰuűУӲуӳ",
  ["\u{30C}"] =
    "CČcčDĎdďEĚeěLĽlľNŇnňRŘrřSŠsšTŤtťZŽzžAǍaǎIǏiǐOǑoǒUǓuǔÜǙüǚGǦgǧKǨkǩ" ..
    "ƷǮʒǯjǰHȞhȟ",
  ["\u{30F}"] = "AȀaȁEȄeȅIȈiȉOȌoȍRȐrȑUȔuȕѴѶѵѷ",
  ["\u{311}"] = "AȂaȃEȆeȇIȊiȋOȎoȏRȒrȓUȖuȗ",
  ["\u{31B}"] = "OƠoơUƯuư",
  ["\u{323}"] =
    "BḄbḅDḌdḍHḤhḥKḲkḳLḶlḷMṂmṃNṆnṇRṚrṛSṢsṣTṬtṭVṾvṿWẈwẉZẒzẓAẠaạEẸeẹIỊiị" ..
    "OỌoọƠỢơợUỤuụƯỰưựYỴyỵ",
  ["\u{324}"] = "UṲuṳ",
  ["\u{325}"] = "AḀaḁ",
  ["\u{326}"] = "SȘsșTȚtț",
  ["\u{327}"] = "CÇcçGĢgģKĶkķLĻlļNŅnņRŖrŗSŞsşTŢtţEȨeȩDḐdḑHḨhḩ",
  ["\u{328}"] = "AĄaąEĘeęIĮiįUŲuųOǪoǫ",
  ["\u{32D}"] = "DḒdḓEḘeḙLḼlḽNṊnṋTṰtṱUṶuṷ",
  ["\u{32E}"] = "HḪhḫ",
  ["\u{330}"] = "EḚeḛIḬiḭUṴuṵ",
  ["\u{331}"] = "BḆbḇDḎdḏKḴkḵLḺlḻNṈnṉRṞrṟTṮtṯZẔzẕhẖ",
  ["\u{3099}"] =
    "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼうゔゝゞカガキギクグケゲコゴサザシジスズセゼソゾ" ..
    "タダチヂツヅテデトドハバヒビフブヘベホボウヴワヷヰヸヱヹヲヺヽヾ",
  ["\u{309A}"] = "はぱひぴふぷへぺほぽハパヒピフプヘペホポ",
}
