namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>
/// English names of languages for the codes that programs use, such as <c>deu</c>, <c>de</c>, <c>eng_US</c> or <c>chi_sim</c>.
/// </summary>
internal static class LanguageNames
{
    /// <summary>
    /// ISO 639's code of three letters, that of two, and the name. .NET's own names need ICU, which the server does without.
    /// </summary>
    private const string Table = """
        afr af Afrikaans;amh am Amharic;ara ar Arabic;arg an Aragonese;asm as Assamese;ast - Asturian;aze az Azerbaijani;
        bel be Belarusian;ben bn Bengali;bod bo Tibetan;bos bs Bosnian;bre br Breton;bul bg Bulgarian;cat ca Catalan;
        ceb - Cebuano;ces cs Czech;chi zh Chinese;cos co Corsican;crh - Crimean Tatar;cym cy Welsh;dan da Danish;deu de German;
        div dv Dhivehi;dzo dz Dzongkha;ell el Greek;eng en English;epo eo Esperanto;est et Estonian;eus eu Basque;fao fo Faroese;
        fas fa Persian;fin fi Finnish;fra fr French;frk - German (Fraktur);frp - Arpitan;fry fy Frisian;gla gd Scottish Gaelic;
        gle ga Irish;glg gl Galician;guj gu Gujarati;hat ht Haitian;hbs sh Serbo-Croatian;heb he Hebrew;hin hi Hindi;
        hrv hr Croatian;hun hu Hungarian;hye hy Armenian;iku iu Inuktitut;ind id Indonesian;isl is Icelandic;ita it Italian;
        jav jv Javanese;jpn ja Japanese;kan kn Kannada;kat ka Georgian;kaz kk Kazakh;khm km Khmer;kir ky Kyrgyz;
        kmr - Northern Kurdish;kor ko Korean;lao lo Lao;lat la Latin;lav lv Latvian;lit lt Lithuanian;ltz lb Luxembourgish;
        mal ml Malayalam;mar mr Marathi;mkd mk Macedonian;mlt mt Maltese;mon mn Mongolian;mri mi Maori;msa ms Malay;
        mya my Burmese;nep ne Nepali;nld nl Dutch;nno nn Norwegian Nynorsk;nob nb Norwegian Bokmål;nor no Norwegian;
        oci oc Occitan;ori or Odia;pan pa Punjabi;pol pl Polish;por pt Portuguese;pus ps Pashto;que qu Quechua;ron ro Romanian;
        rus ru Russian;san sa Sanskrit;sin si Sinhala;slk sk Slovak;slv sl Slovenian;sme se Northern Sami;snd sd Sindhi;
        spa es Spanish;sqi sq Albanian;srd sc Sardinian;srp sr Serbian;sun su Sundanese;swa sw Swahili;swe sv Swedish;
        syr - Syriac;szl - Silesian;tam ta Tamil;tat tt Tatar;tel te Telugu;tgk tg Tajik;tha th Thai;tir ti Tigrinya;
        ton to Tongan;tur tr Turkish;uig ug Uyghur;ukr uk Ukrainian;urd ur Urdu;uzb uz Uzbek;vie vi Vietnamese;yid yi Yiddish;
        yor yo Yoruba;zho zh Chinese
        """;

    private static readonly Dictionary<string, string> Names = Read();

    /// <summary>The name; the code itself where there is none.</summary>
    public static string Of(string code)
    {
        if (Names.TryGetValue(code, out var name))
            return name;

        return code.Split('_', 2) is [var language, var variant] && Names.TryGetValue(language, out name) ? $"{name} ({variant})" : code;
    }

    private static Dictionary<string, string> Read()
    {
        var names = new Dictionary<string, string>();
        foreach (var row in Table.ReplaceLineEndings("").Split(';'))
        {
            var parts = row.Split(' ', 3);
            names.TryAdd(parts[0], parts[2]);
            if (parts[1] != "-")
                names.TryAdd(parts[1], parts[2]);
        }

        return names;
    }
}
