#pragma once

#include <curl/curl.h>

/* libcurl's setters and getters are variadic and its messages hold a union: Swift can call neither.
 * These are their typed faces; everything else of libcurl is called directly. */

typedef struct ccurl_callbacks {
    curl_write_callback header;
    curl_write_callback body;
    curl_read_callback upload;
    curl_seek_callback rewind;
    curl_prereq_callback connected;
} ccurl_callbacks;

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
/* Every callback gets `context`, which is also the handle's CURLINFO_PRIVATE. */
CURLcode ccurl_set_callbacks(CURL *easy, ccurl_callbacks callbacks, void *context);

CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value);

curl_off_t ccurl_get_offset(CURL *easy, CURLINFO info);
void *ccurl_get_context(CURL *easy);

/* Takes the next finished transfer off the multi handle's queue: its easy handle and result, or NULL at the end. */
CURL *ccurl_multi_next_finished(CURLM *multi, CURLcode *result);

/* Lets a transfer go on that its write callback had paused. */
CURLcode ccurl_unpause(CURL *easy);
